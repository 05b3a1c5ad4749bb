import { Presets, SingleBar } from 'cli-progress';

/** Shows how many runs are done. */
export interface Progress {
  readonly report: (what: string) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; elsewhere a line for each run, which a log file can hold. */
export function runProgress(runs: number, isTerminal: boolean): Progress {
  if (!isTerminal) {
    let done = 0;
    return {
      report: (what) => {
        console.log(`${String(++done).padStart(3)}/${runs} ${what}`);
      },
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({ format: 'training {bar} {value}/{total} runs | {what} | {duration_formatted}', hideCursor: true, barsize: 24 }, Presets.shades_classic);
  bar.start(runs, 0, { what: '' });
  return {
    report: (what) => {
      bar.increment(1, { what });
    },
    stop: () => {
      bar.stop();
    },
  };
}
