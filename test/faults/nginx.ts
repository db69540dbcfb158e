// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listening } from '../cli/ports.js';

export const NGINX = '/usr/sbin/nginx';

/** More than any source may have, in bytes; a file of nothing but a hole. */
const TOO_LARGE = 3 * 1024 ** 3;

/** What lies under a path, and how it is served. The file's name is the last part of each address. */
function locations(port: number, dead: number): string {
  const says = (path: string, answer: string): string => `location /${path}/ { return ${answer}; }`;
  const here = `http://127.0.0.1:${String(port)}`;
  return [
    ...[403, 404, 410, 418, 429, 500, 503].map((status) => says(String(status), String(status))),
    says('unauthorized', '401'),
    says('nothing', '204'),
    says('closed', '444'),
    says('page', '200 "<html>Please log in.</html>"'),
    says('moved', `302 http://localhost:${String(port)}/plain/$name`),
    says('for-good', `301 /plain/$name`),
    says('three', `302 ${here}/two/$name`),
    says('two', `307 ${here}/moved/$name`),
    says('round', `302 ${here}/round/$name`),
    says('dead', `302 http://127.0.0.1:${String(dead)}/$name`),
    says('nowhere', '302 http://no-such-host.invalid/$name'),
    says('file', '302 file:///etc/passwd'),
    says('ftp', '302 ftp://127.0.0.1/$name'),
    says('garbage', '302 http://[::bad/$name'),
    `location /slow/ { alias www/plain/; limit_rate 8k; }`,
    `location /no-ranges/ { alias www/plain/; max_ranges 0; etag off; }`,
    `location /encoded/ { alias www/plain/; add_header Content-Encoding gzip; }`,
    `location /page-type/ { alias www/plain/; types { } default_type text/html; }`,
    `location /packing/ { alias www/plain/; gzip on; gzip_types *; gzip_min_length 1; }`,
    `location /behind/ { proxy_pass ${here}/plain/; proxy_buffering off; }`,
    `location /behind-dead/ { proxy_pass http://127.0.0.1:${String(dead)}/; }`,
  ].join('\n');
}

function configuration(port: number, dead: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path tmp;`,
  );
  return `
daemon off; master_process off; pid nginx.pid; error_log error.log;
events { worker_connections 64; }
http {
  access_log off; ${temporary.join(' ')}
  map $uri $name { ~/(?<last>[^/]+)$ $last; }
  server { listen 127.0.0.1:${String(port)}; root www; ${locations(port, dead)} }
}`;
}

/** nginx, with a path for each thing that servers do to those who ask them for a file. */
export class Nginx {
  private constructor(
    readonly port: number,
    private readonly dir: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<Nginx> {
    const dir = mkdtempSync(join(tmpdir(), 'l7build-nginx-'));
    mkdirSync(join(dir, 'www'));
    mkdirSync(join(dir, 'tmp'));
    const [port, dead] = [await freePort(), await freePort()];
    writeFileSync(join(dir, 'nginx.conf'), configuration(port, dead));
    const child = spawn(NGINX, ['-p', `${dir}/`, '-c', join(dir, 'nginx.conf')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const nginx = new Nginx(port, dir, child);
    await listening(nginx.port);
    return nginx;
  }

  /** The address of a file under a path. */
  url(path: string, name: string): string {
    return `http://127.0.0.1:${String(this.port)}/${path}/${name}`;
  }

  /** Puts a file where it is served as it is, and what is not that file beside it. */
  put(name: string, bytes: Buffer): void {
    const www = join(this.dir, 'www');
    if (existsSync(join(www, 'plain'))) return;
    const other = Buffer.from(bytes);
    other[100] = (other[100] ?? 0) ^ 1;
    const files = {
      plain: bytes,
      other,
      short: bytes.subarray(0, -100),
      long: Buffer.concat([bytes, Buffer.from('more')]),
      empty: Buffer.alloc(0),
      hole: Buffer.alloc(0),
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(www, path));
      writeFileSync(join(www, path, name), content);
    }
    truncateSync(join(www, 'hole', name), TOO_LARGE);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
    rmSync(this.dir, { recursive: true });
  }
}
