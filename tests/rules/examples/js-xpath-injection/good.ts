import xpath from 'xpath';

export const handler = async (event: APIGatewayProxyEvent) => {
  return xpath.select1(`//item[${Number(event.pathParameters!.id)}]`, items);
};
