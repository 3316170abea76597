import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

export interface OpenApiDefinition {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** The page at `/docs`, its document at `/docs/json` and `/docs/yaml`. */
export function serveOpenApi(app: NestFastifyApplication, definition: OpenApiDefinition): void {
  const base = new DocumentBuilder()
    .setTitle(definition.title)
    .setDescription(definition.description)
    .setVersion(definition.version)
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, base), {
    jsonDocumentUrl: 'docs/json',
    yamlDocumentUrl: 'docs/yaml',
  });
}
