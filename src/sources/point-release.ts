// SPDX-License-Identifier: GPL-2.0-only

/** A release of Linux within its series: 6.1.176 is number 176 of the series 6.1. */
export interface PointRelease {
  readonly version: string;
  readonly series: string;
  /** 0 is the release that the series began with. */
  readonly number: number;
}

/**
 * A version as a release of Linux. Until 3.0 a series had three numbers, since then it has two
 * (Documentation/process/2.Process.rst); candidates such as 6.1-rc1 are no releases.
 */
export function pointRelease(version: string): PointRelease | undefined {
  if (!/^\d{1,4}(?:\.\d{1,4})+$/.test(version)) return undefined;
  const parts = version.split('.');
  const long = Number(parts[0]) < 3 ? 3 : 2;
  if (parts.length < long || parts.length > long + 1) return undefined;
  return {
    version,
    series: parts.slice(0, long).join('.'),
    number: Number(parts[long] ?? '0'),
  };
}

/** Those of some releases that follow one in its series, oldest first. */
export function later<R extends PointRelease>(current: PointRelease, all: readonly R[]): R[] {
  return all
    .filter(({ series, number }) => series === current.series && number > current.number)
    .sort((a, b) => a.number - b.number);
}
