import { z } from 'zod';
import { jsonCodec } from '../codecs/index.js';
import {
  ENHANCER_FAMILIES,
  systemClock,
  type Clock,
  type PayloadCodec,
  type RateLimit,
  type SchedulerStore,
  type TaskMiddlewareType,
  type TaskBackendFactory,
  type TaskContextCarrier,
  type TaskContextCarrierType,
} from '../contract/index.js';
import { isName } from './names.js';
import * as field from './option-fields.js';
import { retrySchema, taskOverridesSchema } from './task-schema.js';

const NO_LIMIT = 'no limit';

const middlewareList = (description: string) =>
  z
    .array(field.own<TaskMiddlewareType>(field.isFunction, 'must be a middleware class'), {
      error: 'must be a list of middleware classes',
    })
    .prefault([])
    .meta({ type: 'TaskMiddlewareType[]', description });

const rateLimit = z
  .strictObject(
    {
      limit: field
        .whole(1)
        .meta({ type: 'number', description: 'Starts a `per` in the long run.', otherwise: 'required' }),
      per: field.duration(1).meta({ type: 'duration', description: 'The window.', otherwise: 'required' }),
      burst: field.optionalWhole('Starts at once after a pause; 1 spaces all starts evenly.', 'the limit', 1),
    },
    { error: 'must be { limit, per, burst? }' },
  )
  .transform(({ limit, per, burst }): RateLimit =>
    burst === undefined ? { limit, per } : { limit, per, burst },
  );

const backendFields = {
  type: field.name().optional().meta({
    type: 'string',
    description: '`memory`, `redis`, `postgres`, `rabbitmq`, or a type of `backendTypes`.',
    otherwise: 'what the `url` begins with; memory without one',
  }),
  url: field.textOption('Where the broker is.', "the type's own"),
  dataDir: field.textOption('Folder of a database without a server: `postgres` in this process.', 'none'),
  queueName: field.nameOption(
    'What the broker calls the queue that this backend brings.',
    "the queue's name",
  ),
  options: z
    .record(z.string(), z.unknown(), { error: 'must be an object' })
    .prefault({})
    .meta({ type: 'object', description: "What is the backend's own." }),
};

const requiredName = (description: string) =>
  field.name().meta({ type: 'string', description, otherwise: 'required' });

export const queueSchema = z.strictObject(
  {
    name: requiredName('Its name.'),
    backend: field.nameOption('Where it lives.', 'the primary backend'),
    maxSize: field.optionalWhole('Waiting jobs; more are refused.', NO_LIMIT, 1),
    concurrency: field.optionalWhole('Running at once over all processes.', NO_LIMIT, 1),
    rateLimit: rateLimit.optional().meta({
      type: '{ limit, per, burst? }',
      description:
        'Starts in how long, over all processes: `limit` a `per` in the long run, at most `limit + burst` in one.',
      otherwise: NO_LIMIT,
    }),
    middleware: middlewareList("Around this queue's jobs, inside the global middleware."),
  },
  { error: 'must be an object with a name' },
);

const workerSchema = z.strictObject({
  workerCount: field.wholeOption('Workers in this process.', 4, 1, 10_000),
  maxConcurrentTasks: field.wholeOption('Jobs that each worker runs at once.', 10, 1, 100_000),
  pollInterval: field.durationOption('How often to look for work that nothing announced.', '500ms', 1),
  shutdownTimeout: field.durationOption(
    'What running jobs get before their signal is aborted; draining takes up to 6 s more.',
    '30s',
  ),
  lease: field.durationOption('How long a job stays with a worker that says nothing.', '30s', '1s'),
  queues: z
    .array(field.name(), { error: 'must be a list of queue names' })
    .min(1, {
      error: "names no queue: leave it out to serve all, or say `role: 'producer'` to serve none",
    })
    .optional()
    .meta({ type: 'string[]', description: 'Which queues this process serves.', otherwise: 'all declared' }),
  unknownTask: field.choiceOption('What becomes of a job that no handler here takes.', 'fail', [
    'fail',
    'release',
  ]),
  cleanupInterval: field.durationOption('How often idle queues are swept.', '1h', 1),
  maxZombies: field.wholeOption('Handlers that may outlive their timeout before no more is taken.', 100, 1),
  autoStart: field.flagOption('Whether workers start with the application.', true),
});

const backgroundSchema = z.strictObject({
  shutdownTimeout: field.durationOption('What background work gets once its signals are aborted.', '30s'),
  autoStart: field.flagOption('Whether scheduled workers start with the application.', true),
});

const isZone = (value: unknown): boolean => {
  try {
    if (typeof value !== 'string') return false;
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const schedulerSchema = z.strictObject({
  enabled: field.flagOption('Whether this process takes part in firing schedules.', true),
  timezone: field
    .own<string>(isZone, 'must be a zone of the IANA database, such as Europe/Madrid')
    .default('UTC')
    .meta({ type: 'string', description: 'Zone of cron expressions that do not say.' }),
  checkInterval: field.durationOption(
    'How often the store is looked at for changes that nobody told.',
    '60s',
    '1s',
  ),
  lease: field.durationOption('How long a leader that says nothing stays the leader.', '10s', '1s'),
  group: z
    .custom<string>((value) => isName(value) && value.length <= 64, {
      error: 'must be 1 to 64 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit',
    })
    .default('default')
    .meta({ type: 'string', description: 'Processes of one group declare the same schedules, or none.' }),
  adoptCron: field.flagOption('Whether `@Cron()` methods become jobs, once for the fleet.', false),
  overwriteEdits: field.flagOption('Whether changes made at run time give way to the code at boot.', false),
  store: field
    .own<SchedulerStore>(
      (value) => field.hasMethods(value, 'list', 'get', 'write', 'remove', 'watch'),
      'must be a store: { list, get, write, remove, watch }',
    )
    .optional()
    .meta({
      type: 'SchedulerStore',
      description: 'Where definitions of schedules are kept.',
      otherwise: "the primary backend's state",
    }),
});

const contextSchema = z.strictObject({
  carriers: z
    .array(
      field.own<TaskContextCarrierType | TaskContextCarrier>(
        (value) => field.isFunction(value) || field.hasMethods(value, 'capture', 'run'),
        'must be a carrier, { capture, run }, or a class of one',
      ),
      { error: 'must be a list of carriers' },
    )
    .prefault([])
    .meta({ type: 'TaskContextCarrier[]', description: 'Take the context of a call along with its job.' }),
  trace: field.flagOption('Whether the trace context of a registered OpenTelemetry API travels.', true),
});

export const retentionSchema = z.strictObject({
  completedTtl: field.durationOption('Completed and cancelled jobs with their results.', '1h'),
  completedMax: field.optionalWhole('How many of them a queue keeps.', '10,000; memory 1,000', 0),
  failedTtl: field.durationOption('Dead letters.', '7 days'),
  failedMax: field.optionalWhole('How many of them a queue keeps.', NO_LIMIT, 0),
});

/** Every option with its check, its default and its notes: the one place where they stand. */
export const optionSchema = z.strictObject(
  {
    backend: z
      .strictObject(backendFields)
      .optional()
      .meta({ type: 'object', description: 'The one broker.', otherwise: 'memory' }),
    backends: z
      .array(
        z.strictObject(
          {
            name: requiredName('Its name, and that of the queue that it brings.'),
            primary: field.optionalFlag(
              'Whether `urgent`, `default` and `bulk` live here.',
              'the first entry is primary',
            ),
            state: field.nameOption(
              "The backend that keeps its records and state; `'primary'`: the primary one.",
              'it keeps its own',
            ),
            outbox: field.nameOption(
              "The PostgreSQL backend that keeps jobs of calls with `tx` until their commit; `'primary'`: the primary one.",
              'such calls are refused',
            ),
            ...backendFields,
          },
          { error: 'must be an object with a name' },
        ),
        { error: 'must be a list of backends' },
      )
      .min(1, { error: 'must name at least one backend' })
      .optional()
      .meta({ type: 'object[]', description: 'Several brokers by name.', otherwise: 'none' }),
    backendTypes: z
      .record(
        z.string(),
        field.own<TaskBackendFactory>(field.isFunction, 'must be a function that makes a backend'),
        { error: 'must be an object of functions that make backends' },
      )
      .default({})
      .meta({
        type: 'object',
        description: 'Types of backend beside `memory`, `redis`, `postgres` and `rabbitmq`: name → factory.',
      }),
    connect: z
      .strictObject({
        onBoot: field.choiceOption('What happens when a broker is not there while the app boots.', 'fail', [
          'fail',
          'wait',
          'continue',
        ]),
        timeout: field.durationOption('How long the boot waits for a broker that does not answer.', '30s', 1),
      })
      .prefault({}),
    queues: z
      .array(queueSchema, { error: 'must be a list of queues' })
      .prefault([])
      .meta({ type: 'object[]', description: 'Queues beside those that the backends bring.' }),
    tasks: z
      .record(field.name(), taskOverridesSchema, { error: 'must be an object: name → options' })
      .prefault({})
      .meta({ type: 'object', description: 'Single tasks by their names, on top of what `@Task()` says.' }),
    worker: workerSchema.prefault({}),
    background: backgroundSchema.prefault({}),
    scheduler: schedulerSchema.prefault({}),
    context: contextSchema.prefault({}),
    retry: retrySchema.prefault({}),
    timeout: z
      .strictObject({
        default: field.durationOption('Of tasks that do not say.', '300s', 1),
        max: field.optionalDuration('Caps every timeout.', 'no cap', 1),
      })
      .prefault({}),
    retention: retentionSchema.prefault({}),
    payload: z
      .strictObject({
        maxSize: field.wholeOption('Bytes of an encoded payload; more is refused.', 1_048_576, 1),
        maxResultSize: field.wholeOption('Bytes of an encoded result; more fails the job.', 262_144, 1),
      })
      .prefault({}),
    idempotencyTtl: field.durationOption('How long an idempotency key holds.', '24h', 1),
    middleware: middlewareList('Around every job, outermost first, inside the built-in ones.'),
    enhancers: z
      .strictObject({
        globals: z
          .array(z.enum(ENHANCER_FAMILIES), { error: `must be a list of ${ENHANCER_FAMILIES.join(', ')}` })
          .prefault([])
          .meta({
            type: 'EnhancerFamily[]',
            description:
              'Families whose global members (`APP_GUARD`, `useGlobalPipes()`…) stand around tasks.',
          }),
      })
      .prefault({}),
    logging: field.choiceOption("Which runs are written to Nest's logger.", 'failures', [
      'failures',
      'all',
      'none',
    ]),
    codec: field
      .own<PayloadCodec>(
        (value) =>
          field.hasMethods(value, 'encode', 'decode') && typeof (value as PayloadCodec).name === 'string',
        'must be a codec: { name, encode, decode }',
      )
      .default(() => jsonCodec)
      .meta({ type: 'PayloadCodec', description: 'Turns payloads into text or bytes, and back.' }),
    clock: field
      .own<Clock>((value) => field.hasMethods(value, 'now', 'setTimer'), 'must be a clock: { now, setTimer }')
      .default(() => systemClock)
      .meta({ type: 'Clock', description: 'Where this process takes its time from.' }),
    role: field.choiceOption('Whether this process enqueues, runs jobs, or both.', 'both', [
      'both',
      'producer',
      'worker',
    ]),
    enabled: field.flagOption('Whether anything runs or connects here; if not, calls are refused.', true),
    strict: field.flagOption('Whether what is only warned of otherwise is refused at boot.', false),
    env: z
      .record(z.string(), z.unknown(), { error: 'must be an object of environment variables' })
      .optional()
      .meta({
        type: 'object',
        description: 'Where environment variables are read from.',
        otherwise: 'that of the process',
      }),
  },
  { error: 'must be an object' },
);

export type ParsedOptions = z.output<typeof optionSchema>;
export type ParsedQueue = z.output<typeof queueSchema>;
