import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';
import { addDlqEdit } from './dlq-edit.js';
import { addDlqList } from './dlq-list.js';
import { addDlqPurge } from './dlq-purge.js';
import { addDlqRetry } from './dlq-retry.js';
import { addDlqShow } from './dlq-show.js';

/** `dlq list|show|edit|retry|purge`. */
export function addDlq(dlq: Command, kit: CommandKit): void {
  for (const add of [addDlqList, addDlqShow, addDlqEdit, addDlqRetry, addDlqPurge]) add(dlq, kit);
}
