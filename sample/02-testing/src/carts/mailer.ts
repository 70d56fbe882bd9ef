import { Injectable, Logger } from '@nestjs/common';

/** Stands for a mail server; tests put a double in its place. */
@Injectable()
export class Mailer {
  private readonly logger = new Logger(Mailer.name);

  async send(to: string, subject: string): Promise<void> {
    this.logger.log(`${subject} → ${to}`);
  }
}
