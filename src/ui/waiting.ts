// SPDX-License-Identifier: GPL-2.0-only
import ora from 'ora';

/**
 * Shows that something is under way: a spinner on a terminal, a line when it starts anywhere else.
 * All of it on standard error, so that standard output stays what was asked for.
 */
export async function waiting<T>(text: string, act: () => Promise<T>): Promise<T> {
  const spinner = ora({ text, stream: process.stderr }).start();
  try {
    const result = await act();
    spinner.succeed();
    return result;
  } catch (error) {
    spinner.fail();
    throw error;
  }
}
