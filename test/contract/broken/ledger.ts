import type { Forward, ForwardRequest } from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ForwardingQueue } from './forwarding-queue.js';

class ForwardedOnce extends ForwardingQueue {
  override async forward(request: ForwardRequest): Promise<Forward> {
    const forward = await super.forward(request);
    await super.forward({ confirm: forward.jobs, lease: request.lease });
    return forward;
  }
}

class ConfirmedByIdAlone extends ForwardingQueue {
  override async forward(request: ForwardRequest): Promise<Forward> {
    const records = await super.get(request.confirm ?? []);
    return super.forward({ ...request, confirm: records.filter((record) => record !== undefined) });
  }
}

class NeverConfirmed extends ForwardingQueue {
  override forward({ confirm: _, ...request }: ForwardRequest): Promise<Forward> {
    return super.forward(request);
  }
}

class ForwardedWithoutEnd extends ForwardingQueue {
  override forward(request: ForwardRequest): Promise<Forward> {
    return super.forward({ ...request, lease: 0 });
  }
}

export const ledgerFlaws = [
  inQueue(
    'hands a job out to be published once, and loses it with who took it',
    'a ledger of jobs that another broker moves',
    ForwardedOnce,
  ),
  inQueue(
    'takes a late confirmation for one of the present',
    'a ledger of jobs that another broker moves',
    ConfirmedByIdAlone,
  ),
  inQueue('hands out again what was published', 'a ledger of jobs that another broker moves', NeverConfirmed),
  inQueue(
    'hands a job on its way to the next as well',
    'a ledger of jobs that another broker moves',
    ForwardedWithoutEnd,
  ),
];
