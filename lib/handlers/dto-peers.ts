import type { ValidationPipeOptions } from '@nestjs/common';
import { OptionalPeer } from '../backends/index.js';

/** The packages by which Nest's own pipe makes and checks objects of a class. */
export type ValidatorPackage = NonNullable<ValidationPipeOptions['validatorPackage']>;
export type TransformerPackage = NonNullable<ValidationPipeOptions['transformerPackage']>;

export const validatorPeer: OptionalPeer<ValidatorPackage> = new OptionalPeer({
  name: 'class-validator',
  range: '^0.14.0 || ^0.15.0',
  neededBy: 'dtoSchema()',
  load: () => import('class-validator'),
});

export const transformerPeer: OptionalPeer<TransformerPackage> = new OptionalPeer({
  name: 'class-transformer',
  range: '^0.5.0',
  neededBy: 'dtoSchema()',
  load: () => import('class-transformer'),
});
