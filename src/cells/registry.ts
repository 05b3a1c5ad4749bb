import type { CellDefinition } from '../declare/index.js';
import { antisymmetricRnn, antisymmetricRnnGated } from './antisymmetric-rnn.js';
import { cfn } from './cfn.js';
import { chronoLstm } from './chrono-lstm.js';
import { defineClipZoneoutLstm } from './clip-zoneout-lstm.js';
import { convLstm1d } from './convlstm1d.js';
import { convLstm2d } from './convlstm2d.js';
import { coRnn } from './cornn.js';
import { deltaNet } from './delta-net.js';
import { fastGrnn, fastRnn } from './fast-rnn.js';
import { fgr, fgrOprev } from './fgr.js';
import { fullPeepholeLstm, fullPeepholeLstmOprev } from './full-peephole-lstm.js';
import { gruV1, gruV3 } from './gru.js';
import { indRnn } from './indrnn.js';
import { intersectionRnn } from './intersection-rnn.js';
import { irnn } from './irnn.js';
import { defineJanet } from './janet.js';
import { defineLayerNormLstm } from './layernorm-lstm.js';
import { lem } from './lem.js';
import { liGru } from './li-gru.js';
import { lstmp, lstmpPeephole } from './lstmp.js';
import { mgu } from './mgu.js';
import { minGru, minGruG, minLstm, minLstmG } from './minimal-rnns.js';
import { mlstm, mlstmPaper } from './mlstm.js';
import { defineMogrifierLstm } from './mogrifier-lstm.js';
import { multiplicativeLstm } from './multiplicative-lstm.js';
import { mut1, mut2, mut3 } from './mut.js';
import { nasCell } from './nascell.js';
import { nestedLstm } from './nested-lstm.js';
import { npLstm } from './np-lstm.js';
import { cifg, nfg, niaf, nig, noaf, nog } from './odyssey-variants.js';
import { definePhasedLstm } from './phased-lstm.js';
import { qrnn, qrnnIfo } from './qrnn.js';
import { ran, ranIdentity } from './ran.js';
import { rhnDepth2, rhnDepth2Carry } from './recurrent-highway.js';
import { rnnRelu, rnnTanh } from './simple-rnn.js';
import { gruSlim1, gruSlim2, gruSlim3, mguSlim1, mguSlim2, mguSlim3 } from './slim.js';
import { slstm, slstmExpf } from './slstm.js';
import { sru, sruV1 } from './sru.js';
import { star } from './star.js';
import { ugrnn } from './ugrnn.js';
import { unicornn } from './unicornn.js';
import { vanillaLstm } from './vanilla-lstm.js';

/** Constants of a cell, as files of reference values name them: `eps`, `beta`, `clip`, `zoneoutC`, … */
export type CellAttributes = Readonly<Record<string, unknown>>;

/** Gives a cell with its constants, or their defaults; throws a `TypeError` for one that is no number. */
export type CellFactory = (attributes: CellAttributes) => CellDefinition;

/** The library by the names that files of reference values use. */
export const cellRegistry = {
  'vanilla-lstm': () => vanillaLstm,
  'full-peephole-lstm': () => fullPeepholeLstm,
  'full-peephole-lstm-oprev': () => fullPeepholeLstmOprev,
  'np-lstm': () => npLstm,
  nig: () => nig,
  nfg: () => nfg,
  nog: () => nog,
  niaf: () => niaf,
  noaf: () => noaf,
  cifg: () => cifg,
  fgr: () => fgr,
  'fgr-oprev': () => fgrOprev,
  lstmp: () => lstmp,
  'lstmp-peephole': () => lstmpPeephole,
  'gru-v1': () => gruV1,
  'gru-v3': () => gruV3,
  'rnn-tanh': () => rnnTanh,
  'rnn-relu': () => rnnRelu,
  mgu: () => mgu,
  'layernorm-lstm': (given) => defineLayerNormLstm({ epsilon: constant(given, 'eps', 1e-5) }),
  'layernorm-lstm-pergate': (given) =>
    defineLayerNormLstm({ name: 'layerNormLstmPerGate', statistics: 'gate', epsilon: constant(given, 'eps', 1e-5) }),
  'rhn-depth2': () => rhnDepth2,
  'rhn-depth2-carry': () => rhnDepth2Carry,
  sru: () => sru,
  'sru-v1': () => sruV1,
  minlstm: () => minLstm,
  'minlstm-g': () => minLstmG,
  mingru: () => minGru,
  'mingru-g': () => minGruG,
  indrnn: () => indRnn,
  slstm: () => slstm,
  'slstm-expf': () => slstmExpf,
  mlstm: () => mlstm,
  'mlstm-paper': () => mlstmPaper,
  janet: (given) => defineJanet({ beta: constant(given, 'beta', 0) }),
  'janet-beta1': (given) => defineJanet({ name: 'janetBeta1', beta: constant(given, 'beta', 1) }),
  mut1: () => mut1,
  mut2: () => mut2,
  mut3: () => mut3,
  nascell: () => nasCell,
  'clip-zoneout-lstm': (given) => clipZoneout('clipZoneoutLstm', given, { clip: 3, zoneoutC: 0.5, zoneoutY: 0.05 }),
  'clip-lstm': (given) => clipZoneout('clipLstm', given, { clip: 3, zoneoutC: 0, zoneoutY: 0 }),
  'zoneout-lstm': (given) => clipZoneout('zoneoutLstm', given, { clip: Infinity, zoneoutC: 0.5, zoneoutY: 0.05 }),
  'phased-lstm-train': (given) => definePhasedLstm({ leak: constant(given, 'alpha', 0.01) }),
  'phased-lstm-eval': (given) => definePhasedLstm({ name: 'phasedLstmEval', leak: constant(given, 'alpha', 0) }),
  'mogrifier-lstm': (given) => defineMogrifierLstm({ rounds: constant(given, 'rounds', 5) }),
  convlstm1d: () => convLstm1d,
  'nested-lstm': () => nestedLstm,
  qrnn: () => qrnn,
  'qrnn-ifo': () => qrnnIfo,
  ugrnn: () => ugrnn,
  'intersection-rnn': () => intersectionRnn,
  cfn: () => cfn,
  star: () => star,
  ran: () => ran,
  'ran-identity': () => ranIdentity,
  'li-gru': () => liGru,
  'gru-slim1': () => gruSlim1,
  'gru-slim2': () => gruSlim2,
  'gru-slim3': () => gruSlim3,
  'mgu-slim1': () => mguSlim1,
  'mgu-slim2': () => mguSlim2,
  'mgu-slim3': () => mguSlim3,
  'fast-rnn': () => fastRnn,
  'fast-grnn': () => fastGrnn,
  'antisymmetric-rnn': () => antisymmetricRnn,
  'antisymmetric-rnn-gated': () => antisymmetricRnnGated,
  cornn: () => coRnn,
  lem: () => lem,
  unicornn: () => unicornn,
  'multiplicative-lstm': () => multiplicativeLstm,
  irnn: () => irnn,
  'chrono-lstm': () => chronoLstm,
  convlstm2d: () => convLstm2d,
  'delta-net': () => deltaNet,
} satisfies Readonly<Record<string, CellFactory>>;

export type CellName = keyof typeof cellRegistry;

export const isCellName = (name: string): name is CellName => Object.hasOwn(cellRegistry, name);

/** @throws TypeError where a constant is no number */
export function createCell(name: CellName, attributes: CellAttributes = {}): CellDefinition {
  const factory: CellFactory = cellRegistry[name];
  return factory(attributes);
}

function constant(attributes: CellAttributes, name: string, otherwise: number): number {
  const value = attributes[name] ?? otherwise;
  if (typeof value !== 'number') {
    throw new TypeError(`the attribute '${name}' must be a number, not ${JSON.stringify(value)}`);
  }
  return value;
}

interface ClipZoneoutConstants {
  readonly clip: number;
  readonly zoneoutC: number;
  readonly zoneoutY: number;
}

function clipZoneout(name: string, given: CellAttributes, otherwise: ClipZoneoutConstants): CellDefinition {
  return defineClipZoneoutLstm({
    name,
    // null says in so many words that there is no clipping.
    bound: given['clip'] === null ? Infinity : constant(given, 'clip', otherwise.clip),
    zoneoutC: constant(given, 'zoneoutC', otherwise.zoneoutC),
    zoneoutY: constant(given, 'zoneoutY', otherwise.zoneoutY),
  });
}
