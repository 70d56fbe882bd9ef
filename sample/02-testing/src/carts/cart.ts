export interface Cart {
  readonly id: string;
  readonly email: string;
  readonly cents: number;
}

export interface Receipt {
  readonly cartId: string;
  readonly payment: string;
}
