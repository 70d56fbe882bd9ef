import { Global, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';

/** A pool such as a database client's: closed when its module is destroyed. */
@Injectable()
export class Pool implements OnModuleDestroy {
  isOpen = true;
  onModuleDestroy() {
    this.isOpen = false;
  }
}
@Module({ providers: [Pool], exports: [Pool] })
export class PoolModule {}
@Global()
@Module({ providers: [Pool], exports: [Pool] })
export class GlobalPoolModule {}
