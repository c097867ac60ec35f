handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
