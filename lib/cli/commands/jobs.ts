import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';
import { addJobsCancel } from './jobs-cancel.js';
import { addJobsList } from './jobs-list.js';
import { addJobsRetry } from './jobs-retry.js';
import { addJobsShow } from './jobs-show.js';

/** `jobs list|show|retry|cancel`. */
export function addJobs(jobs: Command, kit: CommandKit): void {
  for (const add of [addJobsList, addJobsShow, addJobsRetry, addJobsCancel]) add(jobs, kit);
}
