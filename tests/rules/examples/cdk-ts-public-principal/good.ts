bucket.addToResourcePolicy(
  new iam.PolicyStatement({
    actions: ['s3:GetObject'],
    principals: [new iam.AnyPrincipal()],
    conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
  }),
);
