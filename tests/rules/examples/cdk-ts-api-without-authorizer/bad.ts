items.addMethod('POST', integration, { authorizationType: apigateway.AuthorizationType.NONE }); // expect: cdk-ts-api-without-authorizer
