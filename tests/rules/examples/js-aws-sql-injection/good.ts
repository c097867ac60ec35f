import { StartQueryExecutionCommand } from '@aws-sdk/client-athena';

export const handler = async (event: APIGatewayProxyEvent) => {
  const day = event.pathParameters!.day!;
  return athena.send(new StartQueryExecutionCommand({ QueryString: 'EXECUTE logs', ExecutionParameters: [day] }));
};
