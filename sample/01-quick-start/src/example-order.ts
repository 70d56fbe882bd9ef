/** A good order that is not in the file. */
export const EXAMPLE_ORDER = {
  orderId: 'OR-900001',
  orderedAt: '2026-04-01',
  customer: 'Ada',
  email: 'ada@mail.example',
  sku: 'MUG-0007',
  quantity: 2,
  unitPrice: '9.90',
  currency: 'EUR',
};
