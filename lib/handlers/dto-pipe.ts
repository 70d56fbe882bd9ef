import { ValidationPipe, type Type, type ValidationPipeOptions } from '@nestjs/common';
import { transformerPeer, validatorPeer } from './dto-peers.js';

/** What class-validator says of one property; of its own error, the object and the value are left where they are. */
export interface DtoFlaw {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly DtoFlaw[];
}

/** Thrown by the pipe in the place of its HTTP exception. */
export class DtoMisfit extends Error {
  constructor(readonly flaws: readonly DtoFlaw[]) {
    super('The payload does not fit its class.');
  }
}

/**
 * Nest's own ValidationPipe for one class, made when it is first used: its packages are loaded then. They are handed to it,
 * because where one is missing the pipe itself would end the process.
 */
export class DtoPipe<T> {
  private made: ValidationPipe | undefined;

  /** @throws MissingPeerError when a package is neither given nor installed */
  constructor(
    private readonly dto: Type<T>,
    private readonly options: ValidationPipeOptions,
  ) {
    if (options.validatorPackage === undefined) validatorPeer.assertInstalled();
    if (options.transformerPackage === undefined) transformerPeer.assertInstalled();
  }

  /**
   * @returns an instance of the class
   * @throws DtoMisfit when the payload breaks its rules; what a validator of the app throws, as it is
   */
  async apply(payload: object): Promise<T> {
    this.made ??= await this.make();
    return (await this.made.transform(payload, { type: 'body', metatype: this.dto })) as T;
  }

  private async make(): Promise<ValidationPipe> {
    const { options } = this;
    return new ValidationPipe({
      ...options,
      transform: true,
      expectedType: this.dto,
      exceptionFactory: (flaws) => new DtoMisfit(flaws),
      validationError: { target: false, value: false },
      validatorPackage: options.validatorPackage ?? (await validatorPeer.load()),
      transformerPackage: options.transformerPackage ?? (await transformerPeer.load()),
    });
  }
}
