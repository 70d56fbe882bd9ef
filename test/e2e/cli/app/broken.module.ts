import { Injectable, Module } from '@nestjs/common';

@Injectable()
class Database {
  onModuleInit(): void {
    throw new Error('the database at postgres://shop:hunter2@db/shop is not there');
  }
}

@Module({ providers: [Database] })
export class BrokenModule {}
