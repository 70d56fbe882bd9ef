import { Controller, Inject, Injectable, type ModuleMetadata, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { InjectedTokens } from '../../../lib/handlers/index.js';

async function consumersIn(metadata: ModuleMetadata, token = 'TOKEN') {
  const provided = { provide: 'TOKEN', useValue: 1 };
  const app = await Test.createTestingModule({
    ...metadata,
    providers: [provided, ...(metadata.providers ?? [])],
  }).compile();
  return new InjectedTokens(app.get(ModulesContainer)).consumersOf(token);
}

@Injectable()
class ByParameter {
  constructor(@Inject('TOKEN') readonly token: unknown) {}
}

describe('InjectedTokens', () => {
  it('knows the providers and controllers that name a token in their constructor', async () => {
    @Controller()
    class Board {
      constructor(@Optional() @Inject('TOKEN') readonly token: unknown) {}
    }
    await expect(consumersIn({ providers: [ByParameter], controllers: [Board] })).resolves.toEqual([
      'ByParameter',
      'Board',
    ]);
  });

  it('knows those that name it on a property, or inherit one that does', async () => {
    @Injectable()
    class ByProperty {
      @Inject('TOKEN') readonly token: unknown;
    }
    @Injectable()
    class Inheriting extends ByProperty {}
    await expect(consumersIn({ providers: [ByProperty, Inheriting] })).resolves.toEqual([
      'ByProperty',
      'Inheriting',
    ]);
  });

  it('knows factories, with plain and optional dependencies, and aliases', async () => {
    const providers = [
      { provide: 'PLAIN', useFactory: (token: unknown) => token, inject: ['TOKEN'] },
      {
        provide: 'OPTIONAL',
        useFactory: (token: unknown) => token,
        inject: [{ token: 'TOKEN', optional: true }],
      },
      { provide: 'ALIAS', useExisting: 'TOKEN' },
    ];
    await expect(consumersIn({ providers })).resolves.toEqual(['PLAIN', 'OPTIONAL', 'ALIAS']);
  });

  it('knows of nobody where nobody asks', async () => {
    await expect(consumersIn({ providers: [ByParameter] }, 'OTHER')).resolves.toEqual([]);
  });
});
