import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

interface Asked {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Lets through whoever has the token, as a scraper sends it: `authorization: { credentials: … }`. Without a token in the environment: nobody. */
@Injectable()
export class OperationsGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const token = process.env['OPERATIONS_TOKEN'];
    const { headers } = context.switchToHttp().getRequest<Asked>();
    return token !== undefined && headers['authorization'] === `Bearer ${token}`;
  }
}
