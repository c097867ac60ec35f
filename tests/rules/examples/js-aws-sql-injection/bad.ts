import { StartQueryExecutionCommand } from '@aws-sdk/client-athena';

export const handler = async (event: APIGatewayProxyEvent) => {
  const day = event.pathParameters!.day;
  return athena.send(new StartQueryExecutionCommand({ QueryString: `SELECT * FROM logs WHERE day = '${day}'` })); // expect: js-aws-sql-injection
};
