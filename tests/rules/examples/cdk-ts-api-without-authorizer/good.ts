items.addMethod('POST', integration, { authorizationType: apigateway.AuthorizationType.IAM });
