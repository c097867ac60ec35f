// expect-next: cdk-ts-old-tls-policy
new cloudfront.Distribution(this, 'Site', {
  defaultBehavior,
  certificate,
  minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1,
});
