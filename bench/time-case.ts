import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { CaseAnswer, CaseOrder, FirstUse, ModuleAnswer, ModuleOrder } from './case-process.js';
import type { GeneratedModule, ModuleExports, Named, Values } from './generated-module.js';
import { heapGrowth } from './heap-growth.js';
import { gigaflops, peakSubject } from './peak/peak-loop.js';
import { randomValues } from './random-values.js';
import { timeInTurns } from './stopwatch.js';
import type { Subject } from './stopwatch.js';
import { reasonOf } from './reason.js';
import { timeShares } from './time-shares.js';

/** The program of a process that times one pass of one case; the order is in the file that it is given. */
const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as CaseOrder;
process.stdout.write(JSON.stringify(await answer(order)));

type Started = { readonly target: string } & (
  | { readonly status: 'started'; readonly subject: Subject; readonly start: FirstUse; readonly functions: readonly string[] }
  | { readonly status: 'failed'; readonly reason: string }
);

async function answer({ modules, peaks, effort, pass, watchMs }: CaseOrder): Promise<CaseAnswer> {
  const all: Started[] = [];
  for (const module of modules) all.push(await attempt(module));
  const started = all.filter((each) => each.status === 'started');
  const subjects = [...started.map(({ subject }) => subject), await peakSubject(peaks.vector), await peakSubject(peaks.javaScript)];
  const timings = timeInTurns(subjects, started.map(({ start }) => start.callMs), effort);
  const [vector, javaScript] = timings.slice(started.length);
  return {
    modules: all.map((each): ModuleAnswer => {
      if (each.status === 'failed') return each;
      const { target, subject, start, functions } = each;
      const timing = timings[started.indexOf(each)];
      if (timing === undefined) throw new Error(`${target} was not timed`);
      const allocated = pass === 'step' ? { allocatedBytes: heapGrowth(subject) } : {};
      // A single call is no sample: V8 may optimize it while it runs.
      const shares = watchMs === undefined || timing.ms > watchMs ? undefined : timeShares(subject, watchMs, functions);
      return { target, status: 'timed', timing, start: { ...start, ...allocated }, ...(shares && { shares }) };
    }),
    // A disturbed peak would flatter the modules: the rate at the start of the run is the least that it is.
    vectorPeak: Math.max(peaks.vector.gflops, gigaflops(peaks.vector.flops, vector?.ms ?? Infinity)),
    javaScriptPeak: Math.max(peaks.javaScript.gflops, gigaflops(peaks.javaScript.flops, javaScript?.ms ?? Infinity)),
  };
}

async function attempt(module: ModuleOrder): Promise<Started> {
  const { target, functions } = module;
  try {
    return { target, status: 'started', functions, ...(await start(module)) };
  } catch (error) {
    return { target, status: 'failed', reason: reasonOf(error) };
  }
}

async function start({ file, create, initialize }: ModuleOrder): Promise<{ subject: Subject; start: FirstUse }> {
  const began = performance.now();
  const exports = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const imported = performance.now();
  const { T, B, ...sizes } = order.shape;
  const make = exports[create] as ModuleExports['create'];
  const module = make({ sizes: { ...sizes }, batchSize: B, maxSteps: T });
  const created = performance.now();
  (exports[initialize] as ModuleExports['initialize'])(module, 1);
  const subject = subjectOf(module);
  const ready = performance.now();
  subject();
  const called = performance.now();
  return {
    subject,
    start: {
      importMs: imported - began,
      createMs: created - imported,
      callMs: called - ready,
      arenaBytes: module.parameters.buffer.byteLength,
    },
  };
}

/** Inputs lie where the module wants them, as in a program that cares about speed. */
function subjectOf(module: GeneratedModule): Subject {
  const { pass, shape } = order;
  const { inputs } = module;
  for (const values of Object.values(inputs)) values.set(randomValues(values.length, 2));
  switch (pass) {
    case 'forward':
      return () => {
        module.forward(inputs);
      };
    case 'train': {
      let cotangents: Named | undefined;
      return () => {
        const { outputs } = module.forward(inputs);
        cotangents ??= mapped(outputs, (values) => sameType(values, randomValues(values.length, 3)));
        module.backward(cotangents);
      };
    }
    case 'trainStep': {
      // Classes, one after the other.
      inputs['target']?.forEach((_, k, own) => { own[k] = k % shape.I; });
      return () => {
        module.trainStep(inputs, { learningRate: 1e-3 });
      };
    }
    case 'step': {
      module.packParameters();
      const stepInputs = mapped(inputs, (values) => values.slice(0, values.length / shape.T));
      return () => {
        module.step(stepInputs);
      };
    }
  }
}

function mapped(values: Named, change: (own: Values) => Values): Named {
  return Object.fromEntries(Object.entries(values).map(([name, own]) => [name, change(own)]));
}

function sameType(like: Values, values: Float32Array): Values {
  return like instanceof Float64Array ? Float64Array.from(values) : values;
}
