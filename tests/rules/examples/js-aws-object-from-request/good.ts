export const handler = async (event: APIGatewayProxyEvent) => {
  return getSignedUrl(s3, new PutObjectCommand({ Bucket: 'uploads', Key: randomUUID() }));
};
