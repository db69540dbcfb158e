// SPDX-License-Identifier: GPL-2.0-only

/** A guest's clock compared with the host's. */
export interface ClockReading {
  /** Guest's seconds in a second of the host's; 1 is right. */
  readonly rate: number;
  /** Milliseconds of the host's that it was looked at for. */
  readonly spanMs: number;
  /** Guest's wall clock minus the host's at boot, in milliseconds; whole seconds are told. */
  readonly offsetMs: number;
}

/** Beyond these a guest's rates and timeouts are not to be trusted. */
const RATE_OFF = 0.05;
const OFFSET_MS = 10_000;
/** What a clock may be off by where it is looked at closely. */
const RATE_CLOSE = 0.01;

/** What is wrong with a guest's clock, completing "the guest's clock …". */
export function clockFaults({ rate, offsetMs }: Pick<ClockReading, 'rate' | 'offsetMs'>): string[] {
  return [
    ...(Math.abs(rate - 1) > RATE_OFF
      ? [`ran ${rate.toFixed(2)} times as fast as the host's`]
      : []),
    ...(Math.abs(offsetMs) > OFFSET_MS ? [`was off by ${(offsetMs / 1000).toFixed(0)} s`] : []),
  ];
}

/** Milliseconds that answers of a guest may be late by on a busy host, one more than another. */
const LATE_MS = 250;

/**
 * How far a clock is from the host's: `right` within 1 %, `wrong` if a guest's rates are not to be trusted. In a short time
 * answers that come late look like a clock that is off; so what they can explain does not count.
 */
export function closeness({
  rate,
  spanMs,
}: Pick<ClockReading, 'rate' | 'spanMs'>): 'right' | 'off' | 'wrong' {
  const by = Math.abs(rate - 1);
  if (by * spanMs <= LATE_MS || by <= RATE_CLOSE) return 'right';
  return by > RATE_OFF ? 'wrong' : 'off';
}

/** Milliseconds of the host's after which the rate means something. */
const MIN_SPAN_MS = 1000;

/** Samples at each end of which the one is taken that came with the least delay. */
const SAMPLES = 5;

/** What both clocks told at a moment; the host's is later by what the answer took. */
interface Sample {
  readonly host: number;
  readonly guest: number;
}

/** Collects what a guest says of its time. */
export class Clock {
  readonly #first: Sample[] = [];
  readonly #last: Sample[] = [];
  #count = 0;
  #offsetMs = 0;

  /** Notes the guest's uptime, in milliseconds, as of now. */
  note(guest: number): void {
    const sample = { host: performance.now(), guest };
    this.#count += 1;
    if (this.#first.length < SAMPLES) this.#first.push(sample);
    this.#last.push(sample);
    if (this.#last.length > SAMPLES) this.#last.shift();
  }

  /** Notes the guest's wall clock, in milliseconds since 1970, as of now. */
  set(epochMs: number): void {
    this.#offsetMs = epochMs - Date.now();
  }

  /**
   * Undefined until a second has passed between samples. Of a busy host's answers some come late by a good part of a
   * second, which in a short run would be told as a clock that is wrong.
   */
  reading(): ClockReading | undefined {
    const ends = Math.min(SAMPLES, Math.floor(this.#count / 2));
    const first = soonest(this.#first.slice(0, ends));
    const last = soonest(this.#last.slice(-ends));
    if (first === undefined || last === undefined) return undefined;
    const span = last.host - first.host;
    if (span < MIN_SPAN_MS) return undefined;
    const rate = (last.guest - first.guest) / span;
    return { rate, spanMs: Math.round(span), offsetMs: this.#offsetMs };
  }
}

/** The sample that came with the least delay. */
function soonest(samples: readonly Sample[]): Sample | undefined {
  return samples.toSorted((a, b) => a.host - a.guest - (b.host - b.guest))[0];
}
