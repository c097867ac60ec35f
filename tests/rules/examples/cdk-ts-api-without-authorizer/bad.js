items.addMethod('GET', integration, { authorizationType: AuthorizationType.NONE }); // expect: cdk-ts-api-without-authorizer
