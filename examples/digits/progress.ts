import { Presets, SingleBar } from 'cli-progress';
import type { Epoch } from './training.js';

/** Shows how training goes. */
export interface Progress {
  readonly report: (epoch: Epoch) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; elsewhere a line every few epochs, which a log file can hold. */
export function trainingProgress(epochs: number, isTerminal: boolean): Progress {
  return isTerminal ? bar(epochs) : lines(epochs);
}

function bar(epochs: number): Progress {
  const format = 'training {bar} {value}/{total} epochs | loss {loss} | validation {validation} | {duration_formatted}';
  const single = new SingleBar({ format, hideCursor: true, barsize: 24 }, Presets.shades_classic);
  single.start(epochs, 0, { loss: '—', validation: '—' });
  return {
    report: (epoch) => {
      single.update(epoch.epoch, figures(epoch));
    },
    stop: () => {
      single.stop();
    },
  };
}

function lines(epochs: number): Progress {
  const every = Math.ceil(epochs / 10);
  return {
    report: (epoch) => {
      if (epoch.epoch !== 1 && epoch.epoch !== epochs && epoch.epoch % every !== 0) return;
      const { loss, validation } = figures(epoch);
      console.log(`epoch ${String(epoch.epoch).padStart(3)}/${epochs}   loss ${loss}   validation ${validation}`);
    },
    stop: () => undefined,
  };
}

function figures({ loss, validation }: Epoch): { loss: string; validation: string } {
  return { loss: loss.toFixed(4), validation: `${(100 * validation).toFixed(1)} %` };
}
