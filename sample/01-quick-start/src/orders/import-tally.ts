import { Injectable } from '@nestjs/common';
import { OnTaskEvent } from 'nestjs-tasks';
import { Subject } from 'rxjs';
import { SEND_INVOICE } from './invoice.tasks.js';

/** Counts what becomes of the invoices in this process, as it happens. */
@Injectable()
export class ImportTally {
  done = 0;
  dead = 0;
  /** Runs that failed and were followed by another. */
  retries = 0;
  /** Emits after each change. */
  readonly changes = new Subject<void>();

  get finished(): number {
    return this.done + this.dead;
  }

  @OnTaskEvent('completed', { task: SEND_INVOICE })
  onCompleted(): void {
    this.done += 1;
    this.changes.next();
  }

  @OnTaskEvent('failed', { task: SEND_INVOICE })
  onFailed(): void {
    this.dead += 1;
    this.changes.next();
  }

  @OnTaskEvent('retrying', { task: SEND_INVOICE })
  onRetrying(): void {
    this.retries += 1;
    this.changes.next();
  }
}
