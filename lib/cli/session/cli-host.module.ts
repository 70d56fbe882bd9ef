import { type DynamicModule, Module } from '@nestjs/common';
import { OPTIONS_OVERLAY, type OptionsOverlay } from '../../module/index.js';
import type { AppModule } from './load-app.js';

/** Stands around the app's root module, and says in what way its tasks are used. */
@Module({})
export class CliHostModule {
  static around(app: AppModule, overlay: OptionsOverlay): DynamicModule {
    return { module: CliHostModule, imports: [app, OverlayModule.with(overlay)] };
  }
}

@Module({})
class OverlayModule {
  static with(overlay: OptionsOverlay): DynamicModule {
    return {
      module: OverlayModule,
      global: true,
      providers: [{ provide: OPTIONS_OVERLAY, useValue: overlay }],
      exports: [OPTIONS_OVERLAY],
    };
  }
}
