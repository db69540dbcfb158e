// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderLabPage } from '../../src/report/lab/page.js';
import { REPORT } from '../unit/report/lab/report.js';

/** What Debian's package of that name has; L7BUILD_TEST_BROWSER names another of its kind. */
const BROWSER = process.env['L7BUILD_TEST_BROWSER'] ?? 'chromium';
const PAGE = renderLabPage(REPORT);
/** What a page would do with a script that has got into it. */
const BROKEN_OUT = PAGE.replace('</main>', '<script>document.title = "taken"</script></main>');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l7build-browser-'));
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * Opens a page in a browser without a window.
 *
 * @param place where in the page: `#` and a name, or nothing
 * @returns the page's elements as they are then, and what the browser logs
 */
async function open(
  page: string,
  words: readonly string[],
  place = '',
): Promise<{ stdout: string; stderr: string }> {
  const file = join(folder, 'report.html');
  await writeFile(file, page);
  const argv = [
    ...['--headless', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`],
    // Its sandbox cannot be root's.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...['--enable-logging=stderr', '--window-size=1100,900', '--virtual-time-budget=5000'],
    ...words,
    `${pathToFileURL(file).href}${place}`,
  ];
  return promisify(execFile)(BROWSER, argv, { timeout: 120_000 });
}

async function picture(colours: 'dark' | 'light', page = PAGE): Promise<Buffer> {
  const file = join(folder, `${colours}.png`);
  const scheme = `--blink-settings=preferredColorScheme=${colours === 'dark' ? '0' : '1'}`;
  await open(page, [scheme, '--hide-scrollbars', `--screenshot=${file}`]);
  return readFile(file);
}

describe('the page of a run, in a browser', () => {
  it('has what guests have said as text, and no complaint of the browser', async () => {
    const { stdout, stderr } = await open(PAGE, ['--dump-dom']);
    expect(stdout).toContain('<title>l7build lab: 1 of 2 trials passed</title>');
    expect(stdout).toContain('<pre>&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;" onload=');
    expect(stdout).not.toContain('<script');
    expect(stderr).not.toMatch(/CONSOLE|Content Security Policy/);
  });

  it('unfolds the trial that it is led to', async () => {
    const unfolded = async (place?: string): Promise<number> =>
      (await open(PAGE, ['--dump-dom'], place)).stdout.split('<details open="">').length - 1;
    expect(await unfolded()).toBe(1);
    expect(await unfolded('#flood-6.1-nft')).toBe(2);
  });

  it('runs no script, even if one had got into it', async () => {
    const { stdout, stderr } = await open(BROKEN_OUT, ['--dump-dom']);
    expect(stdout).toContain('<script>');
    expect(stdout).not.toContain('<title>taken</title>');
    expect(stderr).toContain('Content Security Policy');
    // That is the policy's doing: without it the script would have run.
    const bare = BROKEN_OUT.replace('Content-Security-Policy', 'x-none');
    expect((await open(bare, ['--dump-dom'])).stdout).toContain('<title>taken</title>');
  });

  it('has its style, by day and by night', async () => {
    const [dark, light] = [await picture('dark'), await picture('light')];
    expect(dark.equals(light)).toBe(false);
    const bare = PAGE.replace('style-src &#39;sha256-', 'style-src &#39;sha256-x');
    expect((await picture('light', bare)).equals(light)).toBe(false);
  });
});
