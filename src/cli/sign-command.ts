// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../model/failure.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';
import { sign } from './signature.js';

const HELP = `
What is signed is provenance.json, which has the digest of every artifact and of the bill of materials,
sbom.cdx.json; so nothing of them can be changed. ssh-keygen(1) makes the signature, provenance.json.sig, and others check it with it too:

  ssh-keygen -Y verify -f ALLOWED_SIGNERS -I l7build -n l7build -s provenance.json.sig <provenance.json

Examples:
  l7build sign out/6.1 --key ~/.ssh/id_ed25519
  l7build verify out/6.1 --signed ~/.ssh/id_ed25519.pub --no-boot`;

/** `l7build sign OUT` */
export function addSign(program: Command, shell: Shell): void {
  program
    .command('sign')
    .argument('<out>', 'output folder of a build')
    .description('sign what a build yielded, with a key of SSH')
    .requiredOption('--key <file>', 'the key')
    .addHelpText('after', HELP)
    .action(async (out: string, { key }: { readonly key: string }) => {
      writeLine(`Signed: ${await sign(resolve(out), resolve(key))}`);
      shell.end(EXIT.verified);
    });
}
