// SPDX-License-Identifier: GPL-2.0-only

/** One line of a .config: a symbol without its `CONFIG_`, and the value as written there. */
export interface Setting {
  readonly symbol: string;
  readonly value: string;
}

/** Values by symbol; what is not set is not there. */
export type Settings = ReadonlyMap<string, string>;

/** `CONFIG_X=…` with a value as scripts/kconfig/confdata.c writes and reads it. */
const SET = /^CONFIG_([A-Za-z0-9_]+)=([ymn]|-?\d+|0[xX][0-9a-fA-F]+|"(?:[^"\\]|\\.)*")$/;
const UNSET = /^# CONFIG_([A-Za-z0-9_]+) is not set$/;

/** Reads one line; undefined for comments, empty lines and anything else. `is not set` is `n`. */
export function dotConfigLine(line: string): Setting | undefined {
  const [, symbol, value] = SET.exec(line) ?? [];
  if (symbol !== undefined && value !== undefined) return { symbol, value };
  const [, unset] = UNSET.exec(line) ?? [];
  return unset === undefined ? undefined : { symbol: unset, value: 'n' };
}

/** Reads a whole .config. Of two settings of a symbol the last one counts, as for the kernel. */
export function parseDotConfig(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const setting = dotConfigLine(line.trimEnd());
    if (setting === undefined) continue;
    if (setting.value === 'n') settings.delete(setting.symbol);
    else settings.set(setting.symbol, setting.value);
  }
  return settings;
}

/** The line of a .config for a value. */
export function formatSetting({ symbol, value }: Setting): string {
  return value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`;
}
