import xpath from 'xpath';

export const handler = async (event: APIGatewayProxyEvent) => {
  return xpath.select1('//item[' + event.pathParameters!.id + ']', items); // expect: js-xpath-injection
};
