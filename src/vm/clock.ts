// SPDX-License-Identifier: GPL-2.0-only

/** A guest's clock compared with the host's. */
export interface ClockReading {
  /** Guest's seconds in a second of the host's; 1 is right. */
  readonly rate: number;
  /** Guest's wall clock minus the host's at boot, in milliseconds; whole seconds are told. */
  readonly offsetMs: number;
}

/** Beyond these a guest's rates and timeouts are not to be trusted. */
const RATE_OFF = 0.05;
const OFFSET_MS = 10_000;

/** What is wrong with a guest's clock, completing "the guest's clock …". */
export function clockFaults({ rate, offsetMs }: ClockReading): string[] {
  return [
    ...(Math.abs(rate - 1) > RATE_OFF
      ? [`ran ${rate.toFixed(2)} times as fast as the host's`]
      : []),
    ...(Math.abs(offsetMs) > OFFSET_MS ? [`was off by ${(offsetMs / 1000).toFixed(0)} s`] : []),
  ];
}

/** Milliseconds of the host's after which the rate means something. */
const MIN_SPAN_MS = 1000;

/** Collects what a guest says of its time. */
export class Clock {
  #first: { host: number; guest: number } | undefined;
  #last: { host: number; guest: number } | undefined;
  #offsetMs = 0;

  /** Notes the guest's uptime, in milliseconds, as of now. */
  note(guest: number): void {
    const sample = { host: performance.now(), guest };
    this.#first ??= sample;
    this.#last = sample;
  }

  /** Notes the guest's wall clock, in milliseconds since 1970, as of now. */
  set(epochMs: number): void {
    this.#offsetMs = epochMs - Date.now();
  }

  /** Undefined until a second has passed between the first and the last sample. */
  reading(): ClockReading | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const span = this.#last.host - this.#first.host;
    if (span < MIN_SPAN_MS) return undefined;
    return { rate: (this.#last.guest - this.#first.guest) / span, offsetMs: this.#offsetMs };
  }
}
