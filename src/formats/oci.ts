// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { sha256 } from '../host/hash.js';
import { Chain, type Bytes } from '../host/pipe.js';
import { tarArgv } from './tarball.js';

/** An image of a container, as https://github.com/opencontainers/image-spec (1.0) has it. */
export interface OciImage {
  /** Commands that print a layer as a tar archive, the lowest first, and what that is, for people. */
  readonly layers: readonly { readonly tar: Argv; readonly what: string }[];
  /** What engines call it, such as `localhost/l7build:6.1`. */
  readonly reference: string;
  /** Names and values for both the configuration's labels and the manifest's annotations. */
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** What stands for a blob (descriptor.md). */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The time of everything in it. */
const EPOCH = '1970-01-01T00:00:00Z';
const TYPE = 'application/vnd.oci.image';
const BLOBS = 'blobs/sha256';

/**
 * Writes an image as a tar archive of an image layout (image-layout.md), which `podman load` and others take. The
 * same layers give the same bytes.
 *
 * @param to path of the archive
 * @param scratch an empty folder
 * @throws Failed what the layers' commands, gzip or tar complain of; `interrupted`
 */
export async function writeOciImage(
  { layers, reference, labels, env, command }: OciImage,
  { to, scratch }: { readonly to: string; readonly scratch: string },
  signal: AbortSignal,
): Promise<void> {
  const layout = join(scratch, 'layout');
  await mkdir(join(layout, BLOBS), { recursive: true });
  const blob = async (mediaType: string, content: unknown): Promise<Descriptor> => {
    const text = JSON.stringify(content);
    await writeFile(join(layout, BLOBS, sha256(text)), text);
    return { mediaType, digest: `sha256:${sha256(text)}`, size: Buffer.byteLength(text) };
  };
  const packed: (Descriptor & { readonly plain: string })[] = [];
  for (const { tar } of layers) packed.push(await writeLayer(tar, layout, signal));
  const config = await blob(`${TYPE}.config.v1+json`, {
    created: EPOCH,
    architecture: 'amd64',
    os: 'linux',
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Cmd: command,
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: packed.map(({ plain }) => plain) },
    history: layers.map(({ what }) => ({ created: EPOCH, created_by: what })),
  });
  const manifest = await blob(`${TYPE}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${TYPE}.manifest.v1+json`,
    config,
    layers: packed.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    annotations: labels,
  });
  // The second name is what containerd, and with it Docker, looks at.
  const names = {
    'org.opencontainers.image.ref.name': reference,
    'io.containerd.image.name': reference,
  };
  const platform = { architecture: 'amd64', os: 'linux' };
  const index = {
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: [{ ...manifest, platform, annotations: names }],
  };
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  const members = ['oci-layout', 'index.json', 'blobs'];
  await exec([...tarArgv(layout), '--file', to, ...members], { cwd: scratch, signal });
}

/** Packs what a command prints into a blob of the layout; `plain` is the digest of what it printed. */
async function writeLayer(
  tar: Argv,
  layout: string,
  signal: AbortSignal,
): Promise<Descriptor & { readonly plain: string }> {
  const chain = new Chain(signal);
  const made = join(layout, 'layer');
  const [plain, packed] = [createHash('sha256'), createHash('sha256')];
  let size = 0;
  const file = await open(made, 'wx');
  try {
    const printed = chain.start(tar).stdout;
    const gzip = chain.start(['gzip', '-n', '-6', '-c'], seen(printed, plain));
    for await (const chunk of gzip.stdout as Bytes) {
      packed.update(chunk);
      size += chunk.length;
      await file.writeFile(chunk);
    }
    await chain.ended();
  } finally {
    await file.close();
    await chain.stop();
  }
  const digest = packed.digest('hex');
  await rename(made, join(layout, BLOBS, digest));
  return {
    mediaType: `${TYPE}.layer.v1.tar+gzip`,
    digest: `sha256:${digest}`,
    size,
    plain: `sha256:${plain.digest('hex')}`,
  };
}

async function* seen(bytes: Bytes, hash: { update(chunk: Buffer): unknown }): Bytes {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
