import type { Ec2Action } from "./aws/actions.js";
import type { Aws, Ec2Input, Ec2Output } from "./aws/aws.js";

/** Calls an action until AWS has no next page, and gives the items of all pages. */
export async function everyPage<A extends Ec2Action, T>(
  aws: Aws,
  action: A,
  input: Ec2Input<A>,
  itemsOf: (page: Ec2Output<A>) => readonly T[] | undefined,
): Promise<T[]> {
  const items: T[] = [];
  let next: { readonly NextToken?: string } = {};
  for (;;) {
    const page = await aws.ec2(action, { ...input, ...next });
    items.push(...(itemsOf(page) ?? []));
    const { NextToken } = page as { readonly NextToken?: string };
    if (NextToken === undefined || NextToken === "") return items;
    next = { NextToken };
  }
}
