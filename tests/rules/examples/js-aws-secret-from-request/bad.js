exports.handler = async (event) => {
  const { name } = event.queryStringParameters;
  return client.send(new GetSecretValueCommand({ SecretId: name })); // expect: js-aws-secret-from-request
};
