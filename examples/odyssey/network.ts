import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { adam } from 'cellwright';
import { compileModule } from 'cellwright/compiler';
import { steps } from './data.js';
import { sizesOf } from './variants.js';
import type { Variant } from './variants.js';

/** Examples that go through a network at once. */
export const batchSize = 50;

/** What is called of a generated module. */
export interface Network {
  trainStep(batch: { x: Float32Array; digit: Float32Array }, options: { learningRate: number }): { readonly loss: number };
  forward(inputs: { x: Float32Array }, options: { batchSize: number }): { readonly outputs: { readonly logits: Float32Array } };
}

/** A variant as WebAssembly, and how it starts anew. */
export interface BuiltVariant extends Variant {
  readonly network: Network;
  readonly initialize: (seed: number) => void;
}

/** Compiles the networks of all variants; nothing is left on the disk. */
export async function build(variants: readonly Variant[]): Promise<BuiltVariant[]> {
  const folder = mkdtempSync(join(tmpdir(), 'odyssey-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    const built: BuiltVariant[] = [];
    for (const variant of variants) built.push(await buildOne(folder, variant));
    return built;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ModuleExports {
  readonly create: (options: { batchSize: number; maxSteps: number }) => Network;
  readonly initialize: (network: Network, seed: number) => void;
}

async function buildOne(parent: string, variant: Variant): Promise<BuiltVariant> {
  const { model, H, name } = variant;
  const { files } = await compileModule({ definition: model, sizes: sizesOf(H), target: 'wasm', math: 'fast', format: 'js', optimizer: adam({ clipNorm: 1 }) });
  const folder = join(parent, name);
  mkdirSync(folder);
  for (const file of files) writeFileSync(join(folder, file.name), file.text);
  const main = files.find((file) => file.name.endsWith('.js'));
  if (main === undefined) throw new Error(`no JavaScript was made of '${model.name}'`);
  const exported = (await import(pathToFileURL(join(folder, main.name)).href)) as Readonly<Record<string, unknown>>;
  const capital = `${model.name.charAt(0).toUpperCase()}${model.name.slice(1)}`;
  const create = exported[`create${capital}`] as ModuleExports['create'];
  const initialize = exported[`initialize${capital}`] as ModuleExports['initialize'];
  const network = create({ batchSize, maxSteps: steps });
  return {
    ...variant,
    network,
    initialize: (seed) => {
      initialize(network, seed);
    },
  };
}
