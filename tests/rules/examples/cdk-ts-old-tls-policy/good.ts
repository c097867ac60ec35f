new cloudfront.Distribution(this, 'Site', {
  defaultBehavior,
  certificate,
  minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
});
