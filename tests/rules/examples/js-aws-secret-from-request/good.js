exports.handler = async (event) => {
  return client.send(new GetSecretValueCommand({ SecretId: process.env.SECRET }));
};
