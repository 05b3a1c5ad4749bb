import { setFlagsFromString } from 'node:v8';
import { encodeText } from '../../src/emit/wasm/encode.js';
import { webAssembly } from '../../src/emit/wasm/host.js';

/** What a host may have and modules make use of. */
const features = {
  relaxedSimd: {
    probe: await encodeText('(module (func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0))))'),
    flag: 'experimental-wasm-relaxed-simd',
  },
  memory64: { probe: await encodeText('(module (memory i64 1))'), flag: 'experimental-wasm-memory64' },
} as const;

export type Feature = keyof typeof features;

const has = (feature: Feature): boolean => webAssembly.validate(features[feature].probe);

const names = Object.keys(features) as Feature[];

/** What needs no flag on this host, as from version 24 of Node on: it is there. */
const always = new Set(names.filter(has));

/** Turns a feature on until `turnOff`, for all that this process compiles. Throws on a host that hasn't it. */
export function turnOn(feature: Feature): void {
  if (!always.has(feature)) setFlagsFromString(`--${features[feature].flag}`);
  if (!has(feature)) throw new Error(`this host has no ${feature}, and no flag that turns it on`);
}

export function turnOff(feature: Feature): void {
  if (!always.has(feature)) setFlagsFromString(`--no-${features[feature].flag}`);
}

/** Does something on a host with the features named, or on one that says it has no others. */
export function onHost<Result>(wanted: readonly Feature[], act: () => Result): Result {
  const { validate } = webAssembly;
  for (const feature of names) (wanted.includes(feature) ? turnOn : turnOff)(feature);
  const denied = names.filter((feature) => always.has(feature) && !wanted.includes(feature));
  const isProbe = (bytes: Uint8Array): boolean => bytes.length === features.memory64.probe.length;
  Object.assign(webAssembly, {
    validate: (bytes: Uint8Array<ArrayBuffer>) => !denied.includes(isProbe(bytes) ? 'memory64' : 'relaxedSimd') && validate(bytes),
  });
  try {
    return act();
  } finally {
    Object.assign(webAssembly, { validate });
    for (const feature of names) turnOff(feature);
  }
}
