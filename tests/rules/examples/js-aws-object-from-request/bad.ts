export const handler = async (event: APIGatewayProxyEvent) => {
  const { key } = event.queryStringParameters!;
  return getSignedUrl(s3, new PutObjectCommand({ Bucket: 'uploads', Key: key })); // expect: js-aws-object-from-request
};
