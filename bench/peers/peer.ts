import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Pass, Shape } from '../shape.js';
import type { Work } from './work.js';

/** A library at work on one shape. */
export interface Peer {
  readonly version: string;
  /** What it computes, where that is not the same cell. */
  readonly note?: string;
  /** What it offers; a pass is prepared when it is asked for. */
  readonly passes: Partial<Record<Pass, () => PreparedPass | Promise<PreparedPass>>>;
}

export interface PreparedPass {
  /** One call: everything is computed when it returns, or when its promise is kept. */
  readonly run: () => unknown;
  /** The outputs of the last call, [T, B, H], where they should be those of the work. */
  readonly outputs?: () => Float32Array;
}

/** Throws where the library is not installed, or can't do the work. */
export type PeerFactory = (work: Work, shape: Shape) => Promise<Peer>;

/** Imports a package that may not be there; what is used of it, the caller says, so that no types of it are needed. */
export function load(name: string): Promise<unknown> {
  return import(name);
}

/** The file that a package starts with. */
export const entryOf = (name: string): string => createRequire(import.meta.url).resolve(name);

/** By the package.json above that file, which packages do not export. */
export function versionOf(name: string): string {
  let folder = dirname(entryOf(name));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}
