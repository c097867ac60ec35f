items.addMethod('GET', integration, { authorizer, authorizationType: AuthorizationType.COGNITO });
