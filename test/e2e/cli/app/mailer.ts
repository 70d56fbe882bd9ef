import { Injectable } from '@nestjs/common';

@Injectable()
export class Mailer {
  send(to: string): string {
    if (to.startsWith('nobody@')) throw new Error(`there is no ${to}`);
    return `sent to ${to}`;
  }
}
