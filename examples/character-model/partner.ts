import { workerData } from 'node:worker_threads';
import { trainHalf } from './thread.js';
import type { TrainingPlan } from './thread.js';

// The second thread: it trains, and the first one tells about it.
const updates = trainHalf(1, workerData as TrainingPlan);
while (updates.next().done !== true) continue;
