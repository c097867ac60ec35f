const block = new BlockPublicAccess({ blockPublicAcls: false, ignorePublicAcls: true }); // expect: cdk-ts-public-access-block-off
