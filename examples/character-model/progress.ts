import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './training.js';

/** Shows how training goes. */
export interface Display {
  readonly report: (progress: Progress) => void;
  readonly stop: () => void;
}

/** A bar on a terminal; elsewhere a line each time that validation was measured, which a log file can hold. */
export function trainingDisplay(characters: number, isTerminal: boolean): Display {
  return isTerminal ? bar(characters) : lines();
}

function bar(characters: number): Display {
  const format = 'training {bar} {percentage} % | {speed} characters/s | bits per character: loss {loss}, validation {validation} | {duration_formatted}';
  const single = new SingleBar({ format, hideCursor: true, barsize: 24 }, Presets.shades_classic);
  single.start(characters, 0, { speed: '—', loss: '—', validation: '—' });
  return {
    report: (progress) => {
      single.update(progress.characters, figures(progress));
    },
    stop: () => {
      single.stop();
    },
  };
}

function lines(): Display {
  let shown: number | undefined;
  return {
    report: (progress) => {
      if (Number.isNaN(progress.validation) || progress.validation === shown) return;
      shown = progress.validation;
      const { speed, loss, validation } = figures(progress);
      const millions = (progress.characters / 1e6).toFixed(2).padStart(6);
      console.log(`${millions} million characters, ${speed} a second   bits per character: loss ${loss}, validation ${validation}`);
    },
    stop: () => undefined,
  };
}

function figures({ loss, validation, speed }: Progress): { loss: string; validation: string; speed: string } {
  return { loss: loss.toFixed(3), validation: Number.isNaN(validation) ? '—' : validation.toFixed(3), speed: String(Math.round(speed)) };
}
