// SPDX-License-Identifier: GPL-2.0-only
import type { Event } from '../model/event.js';

/** Shows a run's events to whoever watches. */
export interface Reporter {
  show(event: Event): void;
  /** Resolves when everything is on screen. */
  end(): Promise<void>;
}

/** Where text goes; a line at a time, without its newline. */
export type WriteLine = (line: string) => void;
