// npm run test:aws
// The end-to-end tests of EC2 machines against AWS itself, with the credentials that AWS's SDK finds. They launch one instance for some minutes, which costs money.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { BUILD } from "./checks.ts";
import { runStep } from "./run-step.ts";

const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1";
Object.assign(process.env, { AWS_REGION: region, AWS_DEFAULT_REGION: region });
const account = await ownAccount();
if (account !== undefined) {
  console.log(`Tests run in the account ${account}, in ${region}.`);
  process.env.TEST_AWS = "1";
  const { passed } = await runStep(BUILD);
  const tests = {
    name: "tests at AWS",
    command: ["vitest", "run", "--project", "integration", "test/end-to-end/ec2-machine.test.ts"],
  } as const;
  process.exitCode = passed && (await runStep(tests)).passed ? 0 : 1;
}

/** The account that the credentials belong to. Where there are none, it says so. */
async function ownAccount(): Promise<string | undefined> {
  try {
    return (await new STSClient().send(new GetCallerIdentityCommand())).Account;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "CredentialsProviderError") throw error;
    console.log(`skipped: tests at AWS: they need credentials, but AWS's SDK says: ${error.message}`);
    return undefined;
  }
}
