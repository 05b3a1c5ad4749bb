import { Presets, SingleBar } from 'cli-progress';

/** What is shown of an epoch; the loss is the mean over it. */
export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
  readonly validation: number;
}

/** Shows how training goes. */
export interface Progress {
  readonly report: (epoch: Epoch) => void;
  readonly stop: () => void;
}

/**
 * A bar on a terminal; elsewhere a line every few epochs, which a log file can hold.
 *
 * @param measure - the validation figure as text, with its unit
 */
export function epochProgress(epochs: number, measure: (validation: number) => string, isTerminal: boolean): Progress {
  const figures = ({ loss, validation }: Epoch): { loss: string; validation: string } => ({ loss: loss.toFixed(4), validation: measure(validation) });
  return isTerminal ? bar(epochs, figures) : lines(epochs, figures);
}

type Figures = (epoch: Epoch) => { readonly loss: string; readonly validation: string };

function bar(epochs: number, figures: Figures): Progress {
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

function lines(epochs: number, figures: Figures): Progress {
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
